package example.bad;

/** No Application, and of as long a name as the one that is. */
interface BadInterfacing {
}

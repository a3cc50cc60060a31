"""A request is joined to the code that made it, or to none: where two may have made it, both are told."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from harness.model import Message
from harness.tables.attribution import Sdk
from harness.tables.flow_makers import (
    AMBIGUOUS,
    CONNECTION_ONLY,
    FEWER_CALLS,
    SHARED_THREAD,
    UNSEEN,
    WEB_PAGE,
    MadeBy,
    Makers,
    join,
)

APP = "example.shop"
SDKS = (
    Sdk(name="Lark", packages=("com.lark",)),
    Sdk(name="Wren", packages=("com.wren",)),
    Sdk(name="OkHttp", packages=("okhttp3",), transparent=True),
    Sdk(name="Volley", packages=("com.android.volley",), transparent=True),
)
MAKERS = Makers.of(APP, SDKS, [APP])
LARK, WREN, SHOP = ["com.lark.Net.send(Net.java:1)"], ["com.wren.Net.send(Net.java:1)"], ["example.shop.Api.send(Api.java:1)"]
STREAM = ["java.io.OutputStream.write(OutputStream.java:1)", "sun.net.www.http.HttpClient.parseHTTP(HttpClient.java:1)"]
POOL = ["java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1)", "java.lang.Thread.run(Thread.java:1)"]
STARTED = "java.lang.Thread.start(Native Method)"
URL = "https://t.example/v1?a=1"
HEAD = "POST /v1?a=1 HTTP/1.1\r\nUser-Agent: x\r\nHost: t.example\r\nContent-Length: 2"
FIELDS = [["User-Agent", "x"], ["Host", "t.example"], ["Content-Length", "2"]]

_numbers = itertools.count(1)


Row = dict[str, Any]


def call(
    t: int, kind: str, value: Any, frames: Sequence[str], *, over: Sequence[Sequence[str]] = (), method: str = "a.B.c"
) -> Row:
    return {
        "event_id": f"c{next(_numbers)}", "t": t, "kind": kind, "value": value, "frames": list(frames), "outcome": "value",
        "handed_over": [list(stack) for stack in over], "method": method, "pid": 1,
        "arguments": ["t.example/10.0.0.2:443"],
    }  # fmt: skip


def wrote(
    t: int, frames: Sequence[str], head: str = HEAD, *, port: int | None = None, cut: bool = False, **more: Any
) -> Row:
    host = next((line[6:] for line in head.split("\r\n") if line.startswith("Host: ")), None)
    value = {"head": head, "host": more.pop("host", host), "cut": cut, "port": port}
    return call(t, "http_write", value, [*STREAM, *frames], **more)


def asked(t: int, frames: Sequence[str], url: str = URL, method: str | None = None, **more: Any) -> Row:
    return call(t, "http_request", {"method": method, "url": url}, frames, method="okhttp3.OkHttpClient.newCall", **more)


def flow(
    t: int, *, url: str | None = URL, port: int = 5, fields: Any = FIELDS, method: str | None = "POST", **more: Any
) -> Row:
    return {
        "event_id": f"f{next(_numbers)}", "t": t, "url": url, "method": method, "protocol": "https", "client_port": port,
        "host": "t.example", "port": 443, "version": "HTTP/1.1", "request": Message(headers=fields), "of": None, "end_ns": t,
    } | more  # fmt: skip


def made(calls: Sequence[Any], flows: Sequence[Any], *, slack: int = 0) -> list[MadeBy]:
    found = join(calls, flows, MAKERS, slack_ns=slack)
    assert set(found) == {f["event_id"] for f in flows}
    for one in found.values():
        assert bool(one.basis) == bool(one.confidence) == (not one.why), one
    return [found[f["event_id"]] for f in flows]


def who(calls: Sequence[Any], flows: Sequence[Any], **more: Any) -> list[str]:
    return [m.caller for m in made(calls, flows, **more)]


# -- the head ---------------------------------------------------------------------------------------


def test_a_request_is_whose_code_wrote_its_head() -> None:
    write = wrote(1, LARK)
    [one] = made([write], [flow(2)])
    calls = (write["event_id"],)
    assert one == MadeBy(caller="Lark", origin="sdk", prefix="com.lark", basis="head", confidence="high", calls=calls)
    [one] = made([wrote(1, SHOP)], [flow(2)])
    assert (one.caller, one.origin) == (APP, "app")


def test_code_that_nobody_knows_is_told_by_its_package() -> None:
    [one] = made([wrote(1, ["net.stranger.lib.A.b(A.java:1)"])], [flow(2)])
    assert (one.caller, one.origin, one.prefix, one.basis) == ("unresolved", "unresolved", "net.stranger.lib", "head")


def test_two_sdks_that_ask_for_the_same_address_are_told_apart_by_what_they_write() -> None:
    other = HEAD.replace("User-Agent: x", "User-Agent: y")
    flows = [flow(3, fields=[["User-Agent", "y"], *FIELDS[1:]]), flow(4)]
    assert who([wrote(1, LARK), wrote(2, WREN, other)], flows) == ["Wren", "Lark"]


def test_equal_heads_of_two_makers_at_once_are_nobodys() -> None:
    calls = [wrote(1, LARK), wrote(2, WREN)]
    for one in made(calls, [flow(3), flow(4)]):
        assert (one.caller, one.candidates, one.why) == ("unresolved", ("Lark", "Wren"), AMBIGUOUS)
        assert set(one.calls) == {c["event_id"] for c in calls}


def test_equal_heads_one_after_the_other_are_told_apart_by_time() -> None:
    assert who([wrote(1, LARK), wrote(3, WREN)], [flow(2), flow(4)]) == ["Lark", "Wren"]


def test_a_write_whose_request_never_came_leaves_the_next_equal_one_open() -> None:
    [one] = made([wrote(1, LARK), wrote(2, WREN)], [flow(3)])
    assert one.candidates == ("Lark", "Wren")


def test_equal_requests_of_one_maker_are_its_own_however_many() -> None:
    calls = [wrote(n, LARK) for n in (1, 2, 5)]
    found = made(calls, [flow(3), flow(4), flow(6)])
    assert [m.caller for m in found] == ["Lark"] * 3
    assert len({m.calls for m in found}) == 3


def test_one_request_more_than_calls_is_nobodys_and_takes_nothing_from_one_maker() -> None:
    first, second = made([wrote(1, LARK)], [flow(2), flow(3)])
    assert first.caller == "Lark"
    assert (second.caller, second.candidates, second.why) == ("unresolved", ("Lark",), FEWER_CALLS)


def test_one_request_more_than_calls_of_two_makers_leaves_all_before_it_open() -> None:
    found = made([wrote(1, LARK), wrote(3, WREN)], [flow(2), flow(4), flow(5)])
    assert [m.caller for m in found] == ["unresolved"] * 3
    assert all(m.why == FEWER_CALLS for m in found)


def test_a_call_after_the_request_did_not_make_it() -> None:
    assert who([wrote(3, LARK)], [flow(2)]) == ["unresolved"]
    assert who([wrote(3, LARK)], [flow(2)], slack=1) == ["Lark"], "as far as the clocks can be trusted"


@pytest.mark.parametrize(
    "change",
    [{"url": "https://t.example/v2"}, {"method": "GET"}, {"fields": [["Host", "u.example"]]}, {"version": "HTTP/2.0"},
     {"fields": [*FIELDS, ["X-More", "1"]]}],
)  # fmt: skip
def test_a_request_with_another_head_is_another(change: dict[str, Any]) -> None:
    assert who([wrote(1, LARK)], [flow(2, **change)]) == ["unresolved"]


def test_what_a_connection_and_a_proxy_add_is_no_difference() -> None:
    absolute = HEAD.replace("POST /v1", "POST http://t.example/v1") + "\r\nProxy-Connection: keep-alive\r\nconnection: close"
    assert who([wrote(1, LARK, absolute)], [flow(2, url="http://t.example/v1?a=1", protocol="http")]) == ["Lark"]


def test_fields_beyond_ascii_are_the_same_bytes() -> None:
    head = HEAD + "\r\nX-City: " + "深圳".encode().decode("latin-1")
    assert who([wrote(1, LARK, head)], [flow(2, fields=[*FIELDS, ["X-City", "深圳"]])]) == ["Lark"]


def test_a_cut_head_fits_what_begins_so() -> None:
    cut = HEAD + "\r\nX-Long: abc"
    whole = [*FIELDS, ["X-Long", "abcdef"]]
    assert who([wrote(1, LARK, cut, cut=True)], [flow(2, fields=whole)]) == ["Lark"]
    assert who([wrote(1, LARK, cut, cut=True)], [flow(2, fields=whole[1:])]) == ["unresolved"]
    [one] = made([wrote(1, LARK, cut, cut=True), wrote(1, WREN, HEAD + "\r\nX-Long: ab", cut=True)], [flow(2, fields=whole)])
    assert one.candidates == ("Lark", "Wren")


def test_a_target_that_was_cut_is_compared_as_far_as_it_goes() -> None:
    long = f"POST /{'a' * 507}"
    url = f"https://t.example/{'a' * 507}{'b' * 50}"
    assert who([wrote(1, LARK, long, cut=True, host="t.example")], [flow(2, url=url)]) == ["Lark"]
    assert who([wrote(1, LARK, long, cut=True, host="t.example")], [flow(2)]) == ["unresolved"]


def test_a_head_without_a_host_says_nothing() -> None:
    assert who([wrote(1, LARK, "POST /v1?a=1 HTTP/1.0")], [flow(2, fields=[])]) == ["unresolved"]


def test_where_the_proxy_sees_the_apps_ports_equal_heads_are_told_apart_by_them() -> None:
    calls = [wrote(1, LARK, port=5), wrote(2, WREN, port=6)]
    assert who(calls, [flow(3, port=6, via="wireguard"), flow(4, port=5, via="wireguard")]) == ["Wren", "Lark"]
    assert who(calls, [flow(3, port=6), flow(4, port=5)]) == ["unresolved"] * 2, "through adb they are adb's"


# -- whose thread it is -----------------------------------------------------------------------------


def test_work_handed_over_is_whose_stack_handed_it_over() -> None:
    enqueued = ["okhttp3.Dispatcher.promoteAndExecute(Dispatcher.kt:1)", "okhttp3.RealCall.enqueue(RealCall.kt:1)", *LARK]
    running = ["okhttp3.internal.http1.Http1.write(Http1.kt:1)", "okhttp3.RealCall$AsyncCall.run(RealCall.kt:1)", *POOL]
    assert who([wrote(1, running, over=[enqueued])], [flow(2)]) == ["Lark"]


@pytest.mark.parametrize("entry", ["okhttp3.RealCall$AsyncCall.run(RealCall.kt:2)", "okhttp3.RealCall.execute(RealCall.kt:2)"])
def test_what_had_waited_in_a_library_is_not_whose_call_came_to_an_end(entry: str) -> None:
    next_one = ["okhttp3.Dispatcher.promoteAndExecute(Dispatcher.kt:1)", "okhttp3.Dispatcher.finished(Dispatcher.kt:1)"]
    promoted = [*next_one, entry, *WREN]
    running = ["okhttp3.internal.http1.Http1.write(Http1.kt:1)", "okhttp3.RealCall$AsyncCall.run(RealCall.kt:1)", *POOL]
    [one] = made([wrote(1, running, over=[promoted, WREN])], [flow(2)])
    assert (one.caller, one.why) == ("unresolved", SHARED_THREAD)
    assert who([asked(0, LARK), wrote(1, running, over=[promoted, WREN])], [flow(2)]) == ["Lark"], "who asked is known"


def test_who_started_a_thread_that_serves_many_is_a_candidate_only() -> None:
    queue = ["com.android.volley.NetworkDispatcher.run(NetworkDispatcher.java:1)"]
    write = wrote(2, queue, over=[[STARTED, "com.android.volley.RequestQueue.start(RequestQueue.java:1)", *SHOP]])
    [one] = made([write], [flow(3)])
    assert (one.caller, one.candidates, one.why) == ("unresolved", (APP,), SHARED_THREAD)
    assert who([asked(1, LARK, method="POST"), write], [flow(3)]) == ["Lark"]


def test_a_thread_that_runs_an_sdks_own_code_is_the_sdks_whoever_started_it() -> None:
    assert who([wrote(1, [*WREN, *POOL], over=[[STARTED, *SHOP]])], [flow(2)]) == ["Wren"]


def test_an_interceptor_is_not_who_asked() -> None:
    stack = [
        "okhttp3.internal.http1.Http1.write(Http1.kt:1)", "okhttp3.Chain.proceed(Chain.kt:1)",
        "com.wren.Trace.intercept(Trace.java:1)", "okhttp3.Chain.proceed(Chain.kt:1)",
        "okhttp3.internal.connection.RealCall.execute(RealCall.kt:1)", *SHOP,
    ]  # fmt: skip
    assert who([wrote(1, stack)], [flow(2)]) == [APP]


def test_what_an_sdk_does_in_a_callback_is_its_own() -> None:
    assert who([wrote(1, [*WREN, "okhttp3.RealCall$AsyncCall.run(RealCall.kt:1)", *POOL], over=[SHOP])], [flow(2)]) == ["Wren"]


def test_a_page_is_no_code_of_the_app() -> None:
    frames = ["lab.device.web.Fetcher.fetch(Fetcher.java:1)", *POOL]
    [one] = made([wrote(1, frames, over=[SHOP])], [flow(2)])
    assert (one.caller, one.candidates, one.why) == ("unresolved", (), WEB_PAGE)
    opened = call(1, "webview", URL, SHOP, method="android.webkit.WebView.loadUrl")
    assert who([opened, wrote(2, frames)], [flow(3, method="GET")]) == [APP], "who opened it is known"


# -- the URL ----------------------------------------------------------------------------------------


def test_of_http2_whoever_asked_for_the_url_made_the_request() -> None:
    ask = asked(1, LARK, method="POST")
    [one] = made([ask], [flow(2, version="HTTP/2.0")])
    assert (one.caller, one.basis, one.confidence, one.calls) == ("Lark", "url", "medium", (ask["event_id"],))


@pytest.mark.parametrize("url", ["wss://T.example:443/v1?a=1", "https://t.example/v1?a=1#part"])
def test_a_url_may_be_written_in_several_ways(url: str) -> None:
    assert who([asked(1, LARK, url)], [flow(2, version="HTTP/2.0")]) == ["Lark"]


def test_two_who_asked_for_one_url_at_once_are_both_told() -> None:
    found = made([asked(1, LARK), asked(2, WREN)], [flow(n, version="HTTP/2.0") for n in (3, 4)])
    assert [(m.candidates, m.why) for m in found] == [(("Lark", "Wren"), AMBIGUOUS)] * 2


def test_a_url_alone_does_not_say_which_of_two_requests_was_asked_for() -> None:
    """The other was made by something unseen."""
    found = made([asked(1, LARK)], [flow(2, version="HTTP/2.0"), flow(3, version="HTTP/2.0")])
    assert [(m.caller, m.why) for m in found] == [("unresolved", FEWER_CALLS)] * 2


def test_methods_tell_requests_for_one_url_apart() -> None:
    flows = [flow(3, version="HTTP/2.0", method="GET"), flow(4, version="HTTP/2.0")]
    assert who([asked(1, LARK, method="POST"), asked(2, WREN, method="GET")], flows) == ["Wren", "Lark"]
    assert who([asked(1, LARK, method="POST"), asked(2, WREN)], flows) == ["Wren", "unresolved"]


def test_who_asked_for_a_request_that_is_known_asked_for_no_other() -> None:
    found = made([asked(1, LARK), wrote(2, LARK)], [flow(3), flow(4, version="HTTP/2.0")])
    assert [(m.caller, m.why) for m in found] == [("Lark", ""), ("unresolved", UNSEEN)]


def test_where_heads_are_seen_a_url_connection_without_one_sent_nothing() -> None:
    opened = call(1, "http_request", URL, LARK, method="java.net.URL.openConnection")
    assert who([opened], [flow(2)]) == ["Lark"], "a bundle of before heads were told"
    assert who([opened, wrote(1, WREN, "GET / HTTP/1.1\r\nHost: u.example")], [flow(2)]) == ["unresolved"]


# -- the connection ---------------------------------------------------------------------------------


def tunnel(t: int, frames: Sequence[str]) -> Row:
    return wrote(t, frames, "CONNECT t.example:443 HTTP/1.1\r\nHost: t.example:443")


def unread(t: int, end: int, port: int) -> Row:
    return flow(t, url=None, protocol="tls", method=None, port=port, end_ns=end)


def test_what_could_not_be_read_is_whose_tunnel_it_was() -> None:
    """Its line in the journal has the time at which the connection began, before the tunnel was asked for."""
    [one] = made([tunnel(2, LARK)], [unread(1, 3, 7)])
    assert (one.caller, one.basis, one.confidence) == ("Lark", "socket", "medium")
    found = made([tunnel(2, LARK), tunnel(2, WREN)], [unread(1, 3, 7), unread(1, 4, 8)])
    assert [m.candidates for m in found] == [("Lark", "Wren")] * 2


def test_a_readable_request_is_not_whose_tunnel_it_went_through() -> None:
    [one] = made([tunnel(1, LARK)], [flow(2, version="HTTP/2.0")])
    assert (one.caller, one.candidates, one.why) == ("unresolved", ("Lark",), CONNECTION_ONLY)


def test_through_a_tunnel_of_packets_the_first_request_is_whose_connection_it_is() -> None:
    opened = call(1, "socket", {"port": 5}, LARK, method="java.net.Socket.connect")
    flows = [flow(n, port=p, version="HTTP/2.0", via="wireguard") for n, p in ((2, 5), (3, 5), (4, 6))]
    first, later, other = made([opened], flows)
    assert (first.caller, first.basis, first.confidence) == ("Lark", "socket", "low")
    assert (later.caller, later.candidates, later.why) == ("unresolved", ("Lark",), CONNECTION_ONLY)
    assert other.why == UNSEEN
    [one] = made([opened], [flow(2, port=5, version="HTTP/2.0")])
    assert one.why == UNSEEN, "adb's port says nothing, even where it is the same number"
    for unlike in ({"protocol": "dns"}, {"protocol": "udp"}, {"protocol": "tcp", "port": 8443}):
        [one] = made([opened], [flow(2, url=None, via="wireguard") | unlike])
        assert one.why == UNSEEN, "another protocol, or another end"


def test_what_could_not_be_read_is_whose_socket_it_was() -> None:
    opened = call(1, "socket", {"port": 5}, LARK, method="java.net.Socket.connect")
    for protocol in ("tls", "tcp"):
        [one] = made([opened], [flow(2, url=None, protocol=protocol, via="wireguard")])
        assert (one.caller, one.basis) == ("Lark", "socket")


def test_messages_of_a_web_socket_are_whose_connection_it_is() -> None:
    begun = flow(2, url="https://t.example/v1?a=1")
    message = flow(3, protocol="websocket", of=begun["event_id"])
    stray = flow(3, protocol="websocket", of="f999999")
    found = made([wrote(1, LARK)], [begun, message, stray])
    assert [(m.caller, m.confidence) for m in found] == [("Lark", "high"), ("Lark", "medium"), ("unresolved", "")]


def test_nothing_is_joined_where_nothing_is_known() -> None:
    assert made([], [flow(1)]) == [MadeBy(why=UNSEEN)]
    assert made([wrote(1, LARK)], []) == []

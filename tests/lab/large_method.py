"""A Java class whose methods are as large as a class file holds, and larger once they have been dex."""

from __future__ import annotations

from collections.abc import Iterator

_LINES = 1800


def source() -> str:
    """sample.Sample; its main prints what three large methods without branches compute, one of them a constructor."""
    return f"""package sample;

import java.util.ArrayList;
import java.util.List;

public class Sample {{
    private final List<Object> kept = new ArrayList<>();
    private final long sum;
    private int count;

    Sample(int a, long b, float f, double d, String text, int[] numbers) {{
{_body()}
        sum = b + a;
        kept.add(text + a + "," + b + "," + f + "," + d + "," + numbers[2] + object + words[1]);
    }}

    static String calculated(int a, long b, float f, double d, String text, int[] numbers) {{
        List<Object> kept = new ArrayList<>();
        int count = 0;
{_body()}
        return text + a + "," + b + "," + f + "," + d + "," + numbers[2] + object + words[1] + kept + count;
    }}

    String told(int a, long b, float f, double d, String text, int[] numbers) {{
{_body()}
        return text + a + "," + b + "," + f + "," + d + "," + numbers[2] + object + words[1] + kept + count + sum;
    }}

    public static void main(String[] arguments) {{
        for (int i = 0; i < 5; i++) {{
            System.out.println(calculated(i, 7L * i, 0.5f * i, i / 3.0, "t" + i, new int[] {{i, 2, 3}}));
            Sample one = new Sample(i, 1L << i, 1.5f, -i, "u", new int[] {{3, i, 1}});
            System.out.println(one.kept + " " + one.sum + " " + one.count);
            System.out.println(one.told(-i, i, i, i, "v", new int[3]));
        }}
    }}
}}
"""


def _body() -> str:
    return "\n".join(f"        {line}" for line in _statements())


def _statements() -> Iterator[str]:
    yield 'Object object = null; String[] words = {"x", "y"}; '
    yield from (f"int i{n} = a + {n}; long l{n} = b * {n + 3}; Object o{n} = text;" for n in range(40))
    for n in range(_LINES):
        here, before = n % 40, (n * 7 + 3) % 40
        yield (
            f"i{here} = i{before} * {n} ^ a;",
            f"l{here} += (l{before} >> 3) + i{here};",
            f"f = f * 0.75f + i{before} % 11; d -= f / {n + 1};",
            f"numbers[{n % 3}] += i{here}; words[{n % 2}] = String.valueOf(numbers[{(n + 1) % 3}]);",
            f"o{here} = new StringBuilder(words[1]).append((char) ('a' + {n % 26}));",
            f"b ^= l{here}; a += i{before} & 15;",
        )[n % 6]

"""What a look at a screen costs: `python -m benchmarks.screens`. Decides nothing.

The recogniser on hierarchies of 500 and of 50,000 nodes, against lxml's parse of the same text; a notice of 1080 by 2400 that is
read from its picture, with 20 to 27 full lines of Chinese and their share of characters read right; dark patterns; tick boxes.
"""

from __future__ import annotations

import difflib
import statistics
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from lxml import etree
from PIL import Image, ImageDraw, ImageFont

from harness.screens import dark_patterns
from harness.screens.ocr import RapidOcr
from harness.screens.picture import Picture
from harness.screens.recogniser import recognise, recognise_picture

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.screens.drawn import dump, node, tick

APP = "com.example.app"
NOTICE = "我们依据《隐私政策》和《用户协议》处理您的个人信息，请您仔细阅读，同意后开始使用。"
TEXT = (
    "感谢您信任并使用我们的产品。我们非常重视您的个人信息和隐私保护，在您使用我们的服务前，请您务必审慎阅读《用户协议》"
    "和《隐私政策》内的全部条款。一、为了向您提供基本功能，我们可能会申请设备信息、存储权限用于缓存图片；二、为了向您推荐"
    "附近的内容，我们可能会申请位置权限，您有权拒绝或撤回授权；"
    "三、未经您同意，我们不会从第三方获取、共享或对外提供您的个人信息；四、您可以访问、更正、删除您的个人信息，我们也提供账号注销的渠道。"
    "五、为识别设备并保障账号安全，我们会收集设备标识符（如 Android ID、IMEI、OAID）、MAC 地址、IP 地址、操作系统版本等信息。"
    "六、如您是未满14周岁的未成年人，请在监护人的陪同下阅读本政策。"
    "七、我们接入的第三方 SDK 可能会收集您的信息，详情请见第三方信息共享清单。"
)


def hierarchy(nodes: int) -> str:
    rows = "".join(node(f"第{i}条 内容", (90, 400 + i % 900, 990, 440 + i % 900)) for i in range(nodes - 4))
    return dump(node("", (0, 0, 1080, 1920), node(NOTICE, (90, 300, 990, 400)), rows,
                     node("不同意", (90, 1600, 500, 1700), clickable=True), node("同意", (520, 1600, 990, 1700), clickable=True)))


def fonts() -> list[Path]:
    """Chinese fonts: the system's, else the lab's own."""
    places = (Path("/usr/share/fonts"), Path.home() / ".cache" / "privacy-harness")
    return [found for place in places for found in sorted(place.rglob("NotoSansCJK-Regular.ttc"))]


def notice(size: int, dark: bool, font: Path) -> tuple[Picture, str]:
    ink, card = ((220, 220, 220), (40, 40, 42)) if dark else ((51, 51, 51), (255, 255, 255))
    image = Image.new("RGB", (1080, 2400), (0, 0, 0) if dark else (120, 120, 120))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((90, 150, 990, 2250), 36, fill=card)
    letters, written = ImageFont.truetype(str(font), size), ""
    for i in range(0, len(TEXT), 780 // size):
        line = TEXT[i:i + 780 // size]
        draw.text((150, 220 + i // (780 // size) * int(size * 1.5)), line, font=letters, fill=ink)
        written += line
    draw.rounded_rectangle((150, 1980, 930, 2090), 55, fill=(22, 119, 255))
    for said, y, colour in (("同意并继续", 2010, (255, 255, 255)), ("不同意", 2130, (150, 150, 150))):
        draw.text((540 - letters.getlength(said) / 2, y), said, font=letters, fill=colour)
        written += said
    return Picture(np.asarray(image, dtype=np.uint8)), written


class Spent(NamedTuple):
    """Milliseconds: by the clock, and of the processors, all threads together. Medians."""

    clock: float
    processors: float

    def __str__(self) -> str:
        return f"{self.clock:.1f} ms ({self.processors:.1f} ms of processors)"


def took(act: Callable[[], object], rounds: int = 7) -> Spent:
    act()
    clocks, processors = [], []
    for _ in range(rounds):
        began, busy = time.perf_counter(), time.process_time()
        act()
        clocks.append((time.perf_counter() - began) * 1000)
        processors.append((time.process_time() - busy) * 1000)
    return Spent(statistics.median(clocks), statistics.median(processors))


def read_right(said: str, written: str) -> float:
    one, other = (unicodedata.normalize("NFKC", text).replace(" ", "") for text in (written, said))
    blocks = difflib.SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(one)


def main() -> None:
    for nodes, rounds in ((500, 31), (50_000, 3)):
        xml = hierarchy(nodes)
        parse = took(lambda xml=xml: etree.fromstring(xml.encode()), rounds)
        whole = took(lambda xml=xml: recognise(xml, APP), rounds)
        print(f"{nodes} nodes without a picture: {whole}, "
              f"{whole.processors / parse.processors:.1f} times lxml's parse of {parse.processors:.2f} ms")
    began = time.perf_counter()
    reader = RapidOcr()
    reader.lines(Picture(np.full((64, 64, 3), 255, np.uint8)))
    print(f"the engine is ready after {time.perf_counter() - began:.2f} s, once for each process")
    for font in fonts()[:1]:
        for size, dark in ((40, False), (34, True), (44, False), (28, False)):
            picture, written = notice(size, dark, font)

            def afresh(picture: Picture = picture) -> object:
                reader._known.clear()
                return recognise_picture(picture, reader)

            spent = took(afresh, 5)
            lines = reader.lines(picture)
            again = took(lambda picture=picture: recognise_picture(picture, reader), 5)
            right = read_right("".join(line.text for line in lines), written)
            reading = recognise_picture(picture, reader)
            patterns = took(lambda picture=picture, reading=reading: dark_patterns.find(reading, None, picture, 420), 5)
            print(f"1080x2400, {len(lines)} lines of {size} px{', dark' if dark else ''}: {spent}, {reading.kind}, "
                  f"{right:.2%} of the characters; seen before: {again.clock:.0f} ms; dark patterns: {patterns}")
    from harness.screens.ticks import state

    box = tick("round", "filled hook", 48, "light")
    print(f"the state of a tick box: {took(lambda: state(box), 31)}")


if __name__ == "__main__":
    main()

"""A device whose app processes are FakeApps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from device_bench import Bench, bench


@pytest.fixture
def on_device(tmp_path: Path) -> Callable[..., None]:
    """Runs a coroutine function with a Bench."""

    def run(work: Callable[[Bench], Awaitable[None]], **options: Any) -> None:
        async def whole() -> None:
            async with bench(tmp_path, **options) as made:
                await work(made)

        asyncio.run(whole())

    return run

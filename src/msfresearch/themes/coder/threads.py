"""One thread for arithmetic: sums taken by several threads round differently each time."""

from __future__ import annotations

from contextlib import AbstractContextManager


def one_thread() -> AbstractContextManager[object]:
    """Hold the linear algebra libraries to one thread within a ``with`` block."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped, unused-ignore]

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits

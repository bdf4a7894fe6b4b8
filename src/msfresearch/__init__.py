"""How multi-stakeholder forums perform: surveys in, one reproducible report out.

Start with :func:`open_wave`; everything a notebook needs hangs on what it returns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Wave", "__version__", "list_waves", "open_wave"]

if TYPE_CHECKING:
    from msfresearch.wave import Wave, list_waves, open_wave


def __getattr__(name: str) -> Any:
    # Loaded on first use: the command line must not pay for pandas before it needs it.
    if name in __all__:
        from msfresearch import wave

        return getattr(wave, name)
    raise AttributeError(f"module 'msfresearch' has no attribute {name!r}")

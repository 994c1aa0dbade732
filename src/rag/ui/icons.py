"""The pictures of the page, drawn as inline SVG: they take the colour of the text and need no font."""

from __future__ import annotations

_PATHS = {
    "close": "M6 6l12 12M18 6L6 18",
    "send": "M12 19V5M6 11l6-6 6 6",
    "stop": "M7 7h10v10H7z",
    "plus": "M12 5v14M5 12h14",
    "download": "M12 4v11m-5-4.5l5 5 5-5M5 20h14",
    "copy": "M9 9h10v11H9zM15 9V4H5v11h4",
    "retry": "M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 3.5v4h-4",
    "up": "M7 11v9H4v-9zm0 0l4-7c1.6 0 2.4 1 2.1 2.5L12.5 10H18c1.4 0 2.3 1.2 2 2.5l-1.3 5.6A2.4 2.4 0 0 1 16.4 20H7",
    "down": "M17 13V4h3v9zm0 0l-4 7c-1.6 0-2.4-1-2.1-2.5l.6-3.5H6c-1.4 0-2.3-1.2-2-2.5l1.3-5.6A2.4 2.4 0 0 1 7.6 4H17",
    "left": "M14.5 6l-6 6 6 6",
    "right": "M9.5 6l6 6-6 6",
    "arrow": "M5 12h13m-5-5.5l5.5 5.5-5.5 5.5",
    "out": "M14 5h5v5M19 5l-8 8M17 14v5H5V7h5",
    "silent": "M5 4h14v16H5zM9 9h6M9 13h3",
    "warning": "M12 4.5l8.5 15h-17zM12 10.5v4m0 2.5v.01",
}
SEAL = (
    '<svg class="seal" viewBox="0 0 32 32" aria-hidden="true">'
    '<rect width="32" height="32" rx="8" fill="var(--accent)"/>'
    '<g fill="none" stroke="var(--on-accent)" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
    '<path d="M5.5 13.5c4.5-.4 8-2.2 10.5-6 2.5 3.8 6 5.6 10.5 6"/><path d="M10 16.5v4.5M22 16.5v4.5M16 15v6"/>'
    '<path d="M6.5 25.5c2.4-1.8 4.8-1.8 7.1 0s4.8 1.8 7.1 0c1.5-1.1 3.2-1.5 4.8-1.1"/></g></svg>'
)
SKYLINE = (
    '<svg class="skyline" viewBox="0 0 720 96" preserveAspectRatio="xMidYMax slice" aria-hidden="true"><g fill="none" '
    'stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">'
    '<path d="M0 82c34-3 52-18 82-27 22-7 36-25 56-27 16-2 22 11 39 18 24 10 42 8 62 20 26 15 50 15 81 16"/>'
    '<path d="M300 82c40-4 62-24 92-26 34-2 52 24 96 26"/><path d="M392 56V41m-5 0h10l-2.5-8h-5zm5-8V14"/>'
    '<path d="M508 82V66m64 16V66m-72 0h80c-12-2-20-7-24-14h-32c-4 7-12 12-24 14zM520 82V72m40 10V72m-20 10V72"/>'
    '<path d="M612 82V58h16v24m8 0V44h14v38m14 0l4-68 4 68m14 0V62h18v20"/></g>'
    '<path d="M0 90c60-6 120 6 180 0s120-6 180 0 120 6 180 0 120-6 180 0" fill="none" stroke="currentColor" '
    'stroke-width="1.5" opacity=".5"/></svg>'
)


def icon(name: str) -> str:
    """An icon of 24 by 24 units, silent to screen readers: its button carries the words."""
    return (
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.7" '
        f'stroke-linecap="round" stroke-linejoin="round"><path d="{_PATHS[name]}"/></svg>'
    )

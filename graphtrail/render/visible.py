"""Makes texts of unknown origin fit to be looked at: nothing in them hides, turns the line round or runs on forever."""

LONGEST = 30
_DELETE = 0x7F
_SPACE = 0x20
_HALVES = range(0xD800, 0xE000)


def visible(text: str) -> str:
    """The text with every character that would not be seen as itself replaced by its name.

    Control characters become their pictures, half a surrogate pair the replacement character, and anything else that
    is not printed (marks that turn the direction of writing, spaces of no width, unassigned code points) its number.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else _name(c) for c in text)


def _name(character: str) -> str:
    number = ord(character)
    if number < _SPACE:
        return chr(0x2400 + number)
    if number == _DELETE:
        return "\u2421"
    if number in _HALVES:
        return "\ufffd"
    return f"\u2039U+{number:04X}\u203a"


def capped(text: str, longest: int = LONGEST) -> str:
    """The text, its middle left out where it is longer than ``longest``."""
    if len(text) <= longest:
        return text
    head = longest // 2
    return f"{text[:head]}\u2026{text[head + 1 - longest :]}"

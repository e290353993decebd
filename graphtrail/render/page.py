"""The page: one file that shows an answer to whoever opens it, anywhere, with no network."""

from graphtrail.render.payload import Limits, payload
from graphtrail.render.picture import Picture
from graphtrail.render.visible import visible
from graphtrail.version import __version__


def page(picture: Picture, limits: Limits | None = None) -> str:
    """One self-contained HTML file.

    It asks for nothing from anywhere, runs nothing but its own scripts, and is the same to the byte for equal
    pictures. What is folded, and what it leaves out for size, it counts and says.

    Args:
        picture: what to show.
        limits: how much of it at once.

    Returns:
        The text of the file, to be written as UTF-8 with line feeds.
    """
    # pyvis takes half a second to import: only who makes a page pays for it.
    from graphtrail.render.network import SafeNetwork  # noqa: PLC0415

    texts = {
        "title": visible(picture.title),
        "question": visible(picture.question),
        "facts": [(visible(name), visible(text)) for name, text in picture.facts],
        "coverage": [visible(statement) for statement in picture.coverage],
        "commands": [visible(command) for command in picture.commands],
        "version": __version__,
    }
    html: str = SafeNetwork(payload(picture, limits), texts).generate_html()
    return html

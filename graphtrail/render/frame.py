"""A page in a notebook."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """A page as a notebook draws it: in a frame of its own that can reach nothing outside."""

    html: str

    def _repr_html_(self) -> str:
        escaped = self.html.replace("&", "&amp;").replace('"', "&quot;")
        return (
            '<iframe sandbox="allow-scripts allow-downloads" style="width:100%;height:720px;border:0" '
            f'srcdoc="{escaped}"></iframe>'
        )

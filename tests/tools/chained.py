"""A chain of forty roles."""

import cloudtrail as ct

ANN = ct.user("ann", "AKIAANNANNANNANNANN0")
HOPS = 40


def hop(number: int) -> str:
    """The access key of a session of the chain."""
    return f"ASIAHOP{number:013d}"


def chained() -> list[ct.Record]:
    """Role after role, forty times; the last one reads."""
    made = [ct.assume_role("09:00", ANN, "role0", "hop", hop(0))]
    for number in range(1, HOPS):
        before = ct.role(f"role{number - 1}", "hop", hop(number - 1), f"09:{number - 1:02d}")
        made.append(ct.assume_role(f"09:{number:02d}", before, f"role{number}", "hop", hop(number)))
    last = ct.role(f"role{HOPS - 1}", "hop", hop(HOPS - 1), f"09:{HOPS - 1:02d}")
    return [*made, ct.get_object("10:00", last, "jewels", "crown.csv")]

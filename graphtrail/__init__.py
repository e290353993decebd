"""graphtrail: who touched this bucket, through which chain of roles, and what else did they reach?"""

__version__ = "0.1.0"

"""Other people's formats, read to the same result as our own.

Read ``asl`` for Amazon States Language, ``annotations`` for what no such format says.
"""

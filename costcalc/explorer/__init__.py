"""One page of one or several networks that answers what it is asked, with no server behind it."""

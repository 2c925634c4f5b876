"""Tables as files. Every format shows every table; the same table gives the same bytes."""

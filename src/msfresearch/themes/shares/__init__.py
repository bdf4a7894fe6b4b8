"""How often a theme is spoken of, with intervals that know how answers were drawn and coded."""

"""Reports: sections that yield blocks, drawn and printed."""

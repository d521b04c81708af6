"""A report as a Word document, written by hand: real styles, notes, fields and tables; the same bytes every time."""

from reports.docx.document import write as write

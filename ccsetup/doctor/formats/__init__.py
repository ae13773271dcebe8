"""An examination's reports as text, JSON, JUnit XML and Markdown. Data in, text out; redaction is `report`'s."""

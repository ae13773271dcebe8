"""One module a subject: each probe checks one thing, and yields what it found."""

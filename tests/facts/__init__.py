"""`make facts`: a client and the packages' lists, read, compared with our data, and kept as a snapshot."""

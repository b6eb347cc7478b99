"""Who reads the documents of a batch: this machine's processes, or a Ray cluster. The result is the same."""

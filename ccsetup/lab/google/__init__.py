"""Google Cloud: tokens, Model Garden, prediction, and what a project may do."""

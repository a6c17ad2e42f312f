"""People who leave a pod or the company: one act over every floor."""

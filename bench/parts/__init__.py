"""One module per part; each has ``AIM`` (what it shows) and ``run(bench)`` that yields figures."""

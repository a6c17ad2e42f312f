"""The customers pages: the directory of a pod, and one customer with one timeline over all channels.

It stands above routing, whose timeline it shows; the data and the rules of ownership are in ``directory``.
"""

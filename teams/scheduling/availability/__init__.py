"""Standing wishes: when somebody works gladly, rather not or cannot. They order and suggest, and never refuse."""

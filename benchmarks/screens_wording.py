def screens():
    return iter(())

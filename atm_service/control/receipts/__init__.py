"""What strangers are told of a receipt: that its code is genuine, whether it was undone, which seal covers it."""

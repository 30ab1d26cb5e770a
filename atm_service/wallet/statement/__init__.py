"""What moved a customer's money: searched, summed, proved line by line, and written to a file."""

"""What a page may send us. Forms check text; functions check the world."""

"""How far answers can be trusted: sets that cover, what is new, why, doubtful labels, what to label next."""

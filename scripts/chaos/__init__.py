"""`make chaos`: messages go both ways while all that carries them is killed; then count."""

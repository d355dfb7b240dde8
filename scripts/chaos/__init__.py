"""`make chaos`: mail goes both ways while services, broker and database are killed; then count."""

"""What a run is: typed, validated settings and the identity computed from them."""

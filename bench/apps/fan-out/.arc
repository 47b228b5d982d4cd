@app
bench-fan-out

@ws

@static
false

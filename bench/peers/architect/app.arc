@app
bench-peer

@ws

@static
false

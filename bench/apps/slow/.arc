@app
bench-slow

@ws

@static
false

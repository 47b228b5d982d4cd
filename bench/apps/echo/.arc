@app
bench-echo

@ws

@static
false

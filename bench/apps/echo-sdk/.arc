@app
bench-echo-sdk

@ws

@static
false

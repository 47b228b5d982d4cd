@app
rooms

@ws

@rooms
crowd

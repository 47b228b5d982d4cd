// Invoked on the schedule that the manifest gives it.
exports.handler = async (event) => {
  console.log("scheduled for", event.time);
};

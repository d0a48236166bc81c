// What Node itself takes: nothing is loaded, and it stays.
console.log("{}");
setInterval(() => {}, 2 ** 30);

import "./app/fake-main.ts";

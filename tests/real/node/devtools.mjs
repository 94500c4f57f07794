// Puppeteer on a browser that runs: its page, what that logs and says, a picture of it.
import puppeteer from "puppeteer-core";

const [browserURL] = process.argv.slice(2);
const browser = await puppeteer.connect({ browserURL, defaultViewport: { width: 320, height: 200 } });
const [page] = await browser.pages();
const logged = new Promise((resolve) => page.once("console", (message) => resolve(message.text())));
await page.setContent("<title>wsrecord</title><h1 id=head>hello</h1><script>console.log('loaded')</script>");
console.log(await logged);
console.log(await page.title(), await page.$eval("#head", (head) => head.textContent));
console.log(await page.evaluate(() => [1, 2, 3].map((one) => one * one)));
console.log((await page.screenshot({ type: "png" })).length > 100);
await browser.disconnect();

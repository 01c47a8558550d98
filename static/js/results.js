/** A test over time: its trend is drawn when it comes into view. */

import { startTrend } from "./trend.js";

startTrend(document);

import { Chart, Filler, LinearScale, LineController, LineElement, PointElement } from 'chart.js';

/** Only what the two charts draw with; the rest of Chart.js stays out of the page. */
Chart.register(LineController, LineElement, PointElement, LinearScale, Filler);

export { Chart };

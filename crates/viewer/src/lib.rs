//! Tables inside datasets: configs, splits, rows, search, filter, statistics, Croissant.

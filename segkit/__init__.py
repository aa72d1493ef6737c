"""segkit: segmentation in Adobe's PQL over your own Parquet, on your own machine."""

// fascikit: finds fasciculations and other spontaneous discharges in EMG.
// The analysis of samples in memory: include this. Files: <fascikit/io.hpp>; filters and
// spectra for their own sake: <fascikit/filter.hpp>, <fascikit/spectral.hpp>.
#pragma once

#include "fascikit/analysis/analyze.hpp"
#include "fascikit/analysis/sink.hpp"
#include "fascikit/analysis/stream.hpp"
#include "fascikit/burst/classify.hpp"
#include "fascikit/core/labels.hpp"
#include "fascikit/core/options.hpp"
#include "fascikit/core/recording.hpp"
#include "fascikit/core/result.hpp"
#include "fascikit/core/version.hpp"

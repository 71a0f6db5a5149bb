// fascikit: finds fasciculations and other spontaneous discharges in EMG.
// Everything that needs no file: include this. Files: <fascikit/io.hpp>.
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

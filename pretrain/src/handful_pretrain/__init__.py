"""How handful's in-context model is trained, on synthetic tables alone.

The way of the data:
    seed -> tables                                   (prior/)
         -> what the model is shown                      (handful.model.context: answering calls the same code)
         -> its outputs                              (model.py)
         -> loss -> step                             (loss.py, optimizer.py, train.py)
         -> a folder of checkpoints                  (checkpoint.py)
         -> log loss and CRPS on held-out tables     (evaluate.py)
         -> two ONNX graphs, weights and card        (export.py, graphs.py)
"""

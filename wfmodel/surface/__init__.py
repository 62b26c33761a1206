"""What ``import wfmodel`` adds to the packages: fewer words, and refusals at once.

``strict_loading`` reads a workflow or says why there is none; ``checking`` checks it; ``asking``
explores and compares what it is given, be it a file, a workflow or a system; ``networkx_graphs``
hands graphs to networkx.

>>> from wfmodel.surface.strict_loading import load
>>> load("models/order-fulfilment/workflow.yaml").workflow.name
'order-fulfilment'
"""
